-- The same answer by a plan that the session keeps: a function in SQL that reads a table is planned at every call.
create or replace function remote_zone(postcode text, at timestamptz) returns text language plpgsql stable as $$
begin
    return (
        select r.zone from remote_area_surcharges r
        where int4range(r.postcode_from::int, r.postcode_to::int, '[]') @> remote_zone.postcode::int
          and r.valid_from <= (remote_zone.at at time zone 'Asia/Seoul')::date);
end
$$;
