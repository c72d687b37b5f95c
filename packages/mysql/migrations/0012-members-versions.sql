-- From here on a members version is the seq of the entry that changed them; what happened before was no entry.
UPDATE conversations SET members_version = 0 WHERE members_version <> 0;
