"""Ray Serve deployments and the graph between them. The only room that imports ray."""
