from django.urls import include, path

from mcpendpoint.pages import file_questions, file_uploads, file_views

app_name = "files"

urlpatterns = [
    path("", file_views.files, name="list"),
    path("uploads/", file_uploads.begin, name="begin-upload"),
    path("uploads/<slug:file_id>/", file_uploads.upload, name="upload"),
    path("", include("mcpendpoint.pages.download_urls")),
    path("shared/<slug:file_id>/<slug:signature>/<str:name>", file_views.shared, name="shared"),
    path("asked/<slug:question_id>/", file_questions.question, name="question"),
    path("<slug:file_id>/delete/", file_views.delete, name="delete"),
    path("<slug:file_id>/<str:name>", file_views.download, name="download"),
]
