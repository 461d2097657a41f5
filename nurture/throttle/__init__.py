"""How many mails leave a mailbox, or go to a domain, in an hour and a day, over all workers.

Touches are the truth: each says from which mailbox to which domain it began to be sent, and when. Redis counts the same
faster; what it has lost (it was flushed, or away) is read again from the touches. While it is away the database counts
by itself, one worker at a time. Either way a worker that may send has been counted before another one asks.
"""
