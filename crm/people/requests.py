"""What a view behind the log-in gets: typed, so that nobody asks whether there is a user."""

from django.http import HttpRequest

from crm.people.models import User


class UserRequest(HttpRequest):
    user: User
