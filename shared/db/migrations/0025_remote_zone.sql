-- The remote zone of a postcode on the Korean day of a moment; null on the mainland.
create function remote_zone(postcode text, at timestamptz) returns text language sql stable as $$
    select r.zone from remote_area_surcharges r
    where int4range(r.postcode_from::int, r.postcode_to::int, '[]') @> remote_zone.postcode::int
      and r.valid_from <= (remote_zone.at at time zone 'Asia/Seoul')::date
$$;
