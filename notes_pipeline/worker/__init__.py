"""Celery: the doorbell, and the processes that answer it. What is done, and by whom, PostgreSQL knows."""
