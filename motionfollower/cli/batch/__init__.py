"""Many edits: a list of jobs, done one after the other or on a cluster, and gone on with where they stopped."""
