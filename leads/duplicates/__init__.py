"""Who may be the same person twice: pure matching over records, without a database.

``blocking`` names the pairs worth comparing, ``comparing`` says how alike their fields are, ``weights`` what that is
worth, ``matching`` puts it together. Used by ``leads.suggestions`` for leads and by ``find_duplicates`` for files.
"""
