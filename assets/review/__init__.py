"""The pages for reviewers; made from snapshots and reference tables only."""
