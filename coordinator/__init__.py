"""The site: takes records from every kiosk, keeps the site's truth, shows it to staff.

Owns the site's database, the acknowledgements and the staff pages. Must not be needed for a visit
to finish, and must acknowledge nothing that is not committed.
"""
