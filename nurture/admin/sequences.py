from django.contrib import admin
from unfold.admin import ModelAdmin

from nurture.models import Sequence


@admin.register(Sequence)
class SequenceAdmin(ModelAdmin):
    search_fields = ("name",)
