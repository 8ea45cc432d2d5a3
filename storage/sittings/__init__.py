"""A session as its candidate sees and sits it: what the candidate's page shows, and when which question is asked."""
