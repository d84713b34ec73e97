"""The networks: what they compute, and nothing about files, devices or sampling."""
