from django.urls import path

from mcpendpoint.pages import list_cost, part_views, space_choices, space_views, trust_views

app_name = "spaces"

urlpatterns = [
    path("search/", space_views.search, name="search"),
    path("add/", space_views.add, name="add"),
    path("remove/", space_views.remove, name="remove"),
    path("mark/", space_views.mark, name="mark"),
    path("tools/", space_views.choose_tools, name="tools"),
    path("parts/", part_views.choose_parts, name="parts"),
    path("agree/", trust_views.agree, name="agree"),
    path("take-over/", trust_views.take_over, name="take-over"),
    path("headers/", space_choices.headers, name="headers"),
    path("words/", space_choices.words, name="words"),
    path("answers-within/", space_choices.answers_within, name="answers-within"),
    path("cost/", list_cost.cost, name="cost"),
    path("<str:owner>/<str:name>/", space_views.status, name="status"),
]
