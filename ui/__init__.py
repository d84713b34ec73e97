"""The page of the app: its parts, and what they do with the library."""
