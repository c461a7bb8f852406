"""What is usually set wrong, found before it costs a run: facts are gathered first, then judged.

`gathering` asks database, broker, endpoint and machine, and raises nothing when they are down. `checks` are pure: facts
in, findings out, each with what to set.
"""
