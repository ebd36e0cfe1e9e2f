from django.apps import AppConfig


class HuggingFaceConfig(AppConfig):
    name = "accounts.huggingface"
    label = "huggingface"
    verbose_name = "Sign-in with Hugging Face"
