"""Statements that are sent very often, made once and sent together: Django takes longer to make one than the database
to answer it, and each answer is waited for."""

from crm.web.quick.inserts import inserted as inserted
from crm.web.quick.inserts import inserting as inserting
from crm.web.quick.inserts import next_id as next_id
from crm.web.quick.reads import Query as Query
from crm.web.quick.reads import asking as asking
from crm.web.quick.reads import instance_of as instance_of
from crm.web.quick.reads import instances_of as instances_of
from crm.web.quick.reads import locking as locking
from crm.web.quick.running import bundles as bundles
from crm.web.quick.running import run as run
from crm.web.quick.statements import Answer as Answer
from crm.web.quick.statements import Statement as Statement
from crm.web.quick.updates import More as More
from crm.web.quick.updates import Values as Values
from crm.web.quick.updates import update_rows as update_rows
from crm.web.quick.updates import updating as updating
