//! Dots along a line, moved up and down so that none hides another.

/// The room of a swarm: dots of `radius` px up to `half` px off the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Half its height in px, the dots' own radius included.
    pub(super) half: f64,
    pub(super) radius: f64,
}

impl Room {
    /// The least distance in px between the middles of two dots.
    fn apart(&self) -> f64 {
        2.0 * self.radius + 0.5
    }

    /// The furthest that a middle may be off the line, in px.
    fn reach(&self) -> f64 {
        (self.half - self.radius).max(0.0)
    }
}

/// How far above (−) or below (+) the line each dot stands, in px, as near to it as the others let it.
///
/// None if they do not all fit. The dots must be in order of their places.
pub(super) fn swarm(places: &[f64], room: &Room) -> Option<Vec<f64>> {
    let apart = room.apart();
    let mut offsets: Vec<f64> = Vec::with_capacity(places.len());
    for (index, &place) in places.iter().enumerate() {
        let first = places[..index].partition_point(|other| place - other >= apart);
        let near: Vec<(f64, f64)> = (first..index)
            .map(|other| (place - places[other], offsets[other]))
            .collect();
        let beside = near.iter().flat_map(|(across, offset)| {
            let step = (apart * apart - across * across).max(0.0).sqrt() + 1e-6;
            [offset - step, offset + step]
        });
        let free = |offset: &f64| {
            offset.abs() <= room.reach()
                && near
                    .iter()
                    .all(|(across, other)| across.hypot(other - offset) >= apart)
        };
        let best = std::iter::once(0.0)
            .chain(beside)
            .filter(free)
            .min_by(|one, other| one.abs().total_cmp(&other.abs()))?;
        offsets.push(best);
    }
    Some(offsets)
}

/// How far off the line each dot stands, in px, where too many share a place for all to be seen:
/// spread over the room's height, one over another, never beside their place.
///
/// The dots must be in order of their places.
pub(super) fn columns(places: &[f64], room: &Room) -> Vec<f64> {
    let apart = room.apart();
    let mut offsets = Vec::with_capacity(places.len());
    while let Some(first) = places.get(offsets.len()) {
        let rest = &places[offsets.len()..];
        // A place that is no number is near none, not even itself.
        let count = rest.partition_point(|place| place - first < apart).max(1);
        let gaps = count.saturating_sub(1).max(1) as f64;
        let step = (2.0 * room.reach() / gaps).min(apart);
        // From the middle outwards, above and below in turn.
        offsets.extend((0..count).map(|place| {
            let off = place.div_ceil(2) as f64 * step;
            let off = if place.is_multiple_of(2) { off } else { -off };
            off.clamp(-room.reach(), room.reach())
        }));
    }
    offsets
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        half: 40.0,
        radius: 3.0,
    };

    fn least_distance(dots: &[(f64, f64)]) -> f64 {
        let mut least = f64::INFINITY;
        for (index, one) in dots.iter().enumerate() {
            for other in &dots[..index] {
                least = least.min((one.0 - other.0).hypot(one.1 - other.1));
            }
        }
        least
    }

    #[test]
    fn swarms_keep_dots_apart_and_in_their_room() {
        let mut places: Vec<f64> = (0..151)
            .map(|index| 200.0 + (index * 7919 % 1000) as f64 / 5.0)
            .collect();
        places.sort_by(f64::total_cmp);
        let offsets = swarm(&places, &ROOM).expect("room");
        assert!(offsets.iter().all(|offset| offset.abs() <= 37.0));
        let dots: Vec<(f64, f64)> = places.into_iter().zip(offsets).collect();
        assert!(least_distance(&dots) >= 6.5);
        assert_eq!(swarm(&[1.0, 100.0], &ROOM), Some(vec![0.0, 0.0]));
        assert_eq!(swarm(&[300.0; 151], &ROOM), None);
    }

    #[test]
    fn columns_keep_dots_at_their_place_whatever_their_number() {
        for count in [1, 2, 20, 151, 20_000] {
            let offsets = columns(&vec![300.0; count], &ROOM);
            assert_eq!(offsets.len(), count);
            assert!(offsets.iter().all(|offset| offset.abs() <= 37.0));
        }
        // Few stand apart, the first on the line.
        assert_eq!(
            columns(&[5.0, 5.0, 5.0, 100.0], &ROOM),
            [0.0, -6.5, 6.5, 0.0]
        );
    }
}
