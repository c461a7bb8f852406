"""The routes, one module per noun: each takes what was sent apart, calls one step, and shapes what it gave."""

PREFIX = "/v1"  # of each router itself: what a request was routed to then has its whole path
