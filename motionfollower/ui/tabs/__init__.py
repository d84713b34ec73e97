"""The tabs of the page: Result, Preprocess with its frame editor, Compare and Run.

Each tab is a class with its `components`, and methods that return the updates which show or clear a result.
"""
