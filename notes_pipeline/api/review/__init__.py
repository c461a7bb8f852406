"""The reviewers' pages, under `/review`: an app of its own in the API's, with cookies in the place of keys.

Pages are made by the server and work without scripts; scripts add keys, live checks and progress.
"""
