SELECT group_concat(inbox_id, ' ') FROM inbox WHERE n >= :from AND n < :to;
WITH v (words) AS (VALUES {rows}) UPDATE meta SET words = v.words FROM v WHERE name = 'reading';
