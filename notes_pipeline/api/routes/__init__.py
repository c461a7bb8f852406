"""The routes, one module per noun: each takes what was sent apart, calls one step, and shapes what it gave."""
