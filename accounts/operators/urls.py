from django.urls import path

from accounts.operators.views import blocks, invitations, people, person, roles

app_name = "operators"
urlpatterns = [
    path("blocks/", blocks.block_list, name="blocks"),
    path("blocks/<int:block_id>/undo/", blocks.undo, name="undo-block"),
    path("people/", people.people, name="people"),
    path("people/roles/", roles.roles, name="roles"),
    path("people/roles/take/", roles.take, name="take-role"),
    path("people/invitations/", invitations.invitations, name="invitations"),
    path("people/invitations/remove/", invitations.remove, name="remove-invitation"),
    path("people/<int:user_id>/", person.person, name="person"),
    path("people/<int:user_id>/role/", person.change_role, name="change-role"),
    path("people/<int:user_id>/sign-out/", person.sign_out, name="sign-out-person"),
]
