"""What admins offer to groups of people. Who is in none has all that this server offers.

`offers` is what holds for somebody, as a value; `reading` finds it in the database; `changing`
makes and changes groups; `shown`, `forms` and `views` are the pages for admins.
"""
