"""The words that the directory knows, learnt by triggers on the search column."""

import django.contrib.postgres.indexes
from django.db import migrations, models

LEARN = """
CREATE FUNCTION directory_learn_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO directory_searchword (word)
    SELECT found.word FROM (
        SELECT DISTINCT substring(lexeme FROM '^o?[pw]([a-z]{4,40})$') AS word
        FROM fresh, unnest(tsvector_to_array(fresh.search)) AS lexeme
    ) found
    WHERE found.word IS NOT NULL
        AND NOT EXISTS (SELECT FROM directory_searchword known WHERE known.word = found.word);
    RETURN NULL;
END $$;
CREATE TRIGGER directory_learn_new AFTER INSERT ON directory_serviceatlocation REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION directory_learn_words();
CREATE TRIGGER directory_learn_changed AFTER UPDATE ON directory_serviceatlocation REFERENCING NEW TABLE AS fresh
    FOR EACH STATEMENT EXECUTE FUNCTION directory_learn_words();
CREATE FUNCTION directory_similar_words(typed text, most integer) RETURNS TABLE (word text, likeness real)
LANGUAGE plpgsql AS $$
BEGIN
    -- A clause of the function would need a superuser wherever a dump of it is restored.
    PERFORM set_config('pg_trgm.word_similarity_threshold', '0.4', true);
    RETURN QUERY SELECT DISTINCT known.word::text, word_similarity(typed, known.word)
        FROM directory_searchword known WHERE known.word %> typed
        ORDER BY 2 DESC, 1 LIMIT most;
END $$;
"""

FORGET = """
DROP FUNCTION directory_similar_words(text, integer);
DROP TRIGGER directory_learn_changed ON directory_serviceatlocation;
DROP TRIGGER directory_learn_new ON directory_serviceatlocation;
DROP FUNCTION directory_learn_words();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0008_hours")]

    operations = [
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("word", models.CharField(max_length=40)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["word"], name="search_word"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["word"], name="search_word_trigrams", opclasses=["gin_trgm_ops"]
                    ),
                ],
            },
        ),
        migrations.RunSQL(LEARN, FORGET),
    ]
