"""How many replicas each deployment should have: plain policies, and one adapter that Ray Serve calls them through."""
