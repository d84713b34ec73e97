"""Files of an edit: cases, bundles, results and their records."""
