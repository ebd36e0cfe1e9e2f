#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from hfmcp_site.entrance import prepare

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", prepare(sys.argv[1:]))

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
