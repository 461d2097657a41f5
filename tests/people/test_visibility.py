import pytest

from crm.accounts.models import Account
from crm.contacts.models import Contact
from leads.models import Lead
from tests.factories import AccountFactory, ContactFactory, LeadFactory, TeamFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_rep_sees_own_leads_and_what_is_open_to_the_team():
    team, other = TeamFactory(), TeamFactory()
    rep, colleague = UserFactory(team=team), UserFactory(team=team)
    own = LeadFactory(owner=rep)
    open_to_all = LeadFactory()
    open_to_team = LeadFactory(team=team)
    LeadFactory(owner=colleague, team=team)
    LeadFactory(team=other)
    assert set(Lead.objects.visible_to(rep)) == {own, open_to_all, open_to_team}


def test_a_rep_without_a_team_sees_no_teams_leads():
    LeadFactory(team=TeamFactory())
    assert set(Lead.objects.visible_to(UserFactory(team=None))) == set()


@pytest.mark.parametrize("role", ["sales_manager", "marketing_manager", "administrator"])
def test_managers_see_all(role):
    LeadFactory(owner=UserFactory())
    LeadFactory(team=TeamFactory())
    assert Lead.objects.visible_to(UserFactory(**{role: True})).count() == 2


def test_contacts_follow_their_account():
    rep = UserFactory()
    account = AccountFactory(owner=rep)
    seen = ContactFactory(account=account, owner=UserFactory())
    hidden = ContactFactory(account=AccountFactory(owner=UserFactory()), owner=UserFactory())
    assert set(Contact.objects.visible_to(rep)) == {seen}
    assert hidden.account not in Account.objects.visible_to(rep)


def test_permission_on_a_record_gives_the_lists_answer():
    rep = UserFactory()
    own, foreign = LeadFactory(owner=rep), LeadFactory(owner=UserFactory())
    assert rep.has_perm("leads.change_lead", own)
    assert not rep.has_perm("leads.change_lead", foreign)
    assert not UserFactory(marketing_manager=True).has_perm("leads.change_lead", own)
