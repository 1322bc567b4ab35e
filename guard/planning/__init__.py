"""What is built on the pipeline: proof that it catches, orders of steps, smallest causes, ways back from an outage."""
