//! Dots along a line, moved up and down so that none hides another.

/// The room of a swarm: dots of `radius` px with their middles from `left` to `right` and up to `half` px off the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    pub(super) left: f64,
    pub(super) right: f64,
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

/// Dots in upright stacks beside one another, for places that too many share: where each stands across and off the line.
///
/// Each is in the nearest stack with room; where none has any, dots lie over one another.
pub(super) fn stacks(places: &[f64], room: &Room) -> Vec<(f64, f64)> {
    let apart = room.apart();
    let capacity = 2 * (room.reach() / apart).floor() as usize + 1;
    let last = ((room.right - room.left) / apart).floor().max(0.0) as usize;
    let mut dots = vec![0_usize; last + 1];
    places
        .iter()
        .map(|place| {
            let own = ((place - room.left) / apart)
                .round()
                .clamp(0.0, last as f64) as usize;
            let stack = (0..=last)
                .flat_map(|away| [own.checked_sub(away), Some(own + away)])
                .flatten()
                .find(|stack| dots.get(*stack).is_some_and(|dots| *dots < capacity));
            let stack = stack.unwrap_or(own);
            let place = dots[stack] % capacity;
            dots[stack] += 1;
            let off = place.div_ceil(2) as f64 * apart;
            let off = if place.is_multiple_of(2) { off } else { -off };
            let across = room.left + stack as f64 * apart;
            (across, off.clamp(-room.reach(), room.reach()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        left: 0.0,
        right: 600.0,
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
    fn stacks_hold_dots_of_one_place_side_by_side() {
        let dots = stacks(&[300.0; 151], &ROOM);
        assert!(least_distance(&dots) >= 6.4);
        assert!(
            dots.iter()
                .all(|(x, y)| (x - 300.0).abs() < 60.0 && y.abs() <= 37.0)
        );
        let at_the_edge = stacks(&[600.0; 151], &ROOM);
        assert!(at_the_edge.iter().all(|(x, _)| *x <= 600.0));
        assert_eq!(stacks(&[300.0; 20_000], &ROOM).len(), 20_000);
    }
}
