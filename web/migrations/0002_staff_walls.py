"""Row walls round the tables of the staff login: factors are read by nobody but the login itself and their owner."""

from django.db import migrations

from backend.core.walls import Wall


class Migration(migrations.Migration):
    dependencies = [
        ("web", "0001_initial"),
        ("people", "0002_trust"),
        ("mfa", "0003_authenticator_type_uniq"),
        ("account", "0009_emailaddress_unique_primary_email"),
        ("admin", "0003_logentry_add_action_flag_choices"),
    ]

    operations = [
        Wall("mfa_authenticator", "people", person="user_id"),
        Wall("account_emailaddress", "people", person="user_id"),
        Wall("django_admin_log", "people", person="user_id"),
    ]
