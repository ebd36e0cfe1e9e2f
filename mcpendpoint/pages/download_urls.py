"""Where clients download files that a result tells of: below the site, and below each address of
the endpoint, to which they append the path.
"""

from django.urls import path

from mcpendpoint.pages import file_views

urlpatterns = [path("shared/<slug:file_id>/<slug:signature>", file_views.shared)]
