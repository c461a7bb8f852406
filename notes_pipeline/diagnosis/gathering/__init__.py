"""Ask database, broker, endpoint and machine. What does not answer is a fact as well: nothing here raises for it."""
