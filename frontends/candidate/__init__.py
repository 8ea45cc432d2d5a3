"""The candidate's page: one shell, whose steps are modules that call the API."""
