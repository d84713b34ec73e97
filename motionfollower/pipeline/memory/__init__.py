"""Memory of an edit: estimated, planned for, and retried with less."""
