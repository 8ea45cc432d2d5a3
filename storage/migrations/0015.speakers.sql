-- Vectors of the voices in the recordings go with the vector of the face on the photo.
-- depends: 0009.privacy

CREATE OR REPLACE FUNCTION erase_vectors(session uuid) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    PERFORM check_erasing();
    DELETE FROM steps WHERE organisation_id = current_organisation() AND name IN ('photo', 'speakers')
        AND key IN (SELECT key FROM step_sessions WHERE session_id = session);
END $$;
