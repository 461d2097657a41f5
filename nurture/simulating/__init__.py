"""What a sequence would do, before it is published: leads go through it in memory, on a fake clock, by the same code
that takes the steps for real. Nothing is sent and nothing is stored."""
