-- What they left with is not known of those who left before: from here on it stays as it is now.
UPDATE members JOIN conversations ON conversations.id = members.conversation_id
SET members.left_title = conversations.title, members.left_count = conversations.member_count
WHERE members.left_seq IS NOT NULL AND members.left_title IS NULL;
