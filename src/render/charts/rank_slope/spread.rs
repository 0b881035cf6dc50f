//! Labels one under the other, each as near its place as the others let it.

use std::ops::Range;

/// Labels that touch, as one block.
struct Block {
    top: f64,
    height: f64,
    labels: usize,
    /// Where its labels would have its top, added up.
    wanted: f64,
}

impl Block {
    fn settle(&mut self, area: &Range<f64>) {
        let top = self.wanted / self.labels as f64;
        self.top = top.min(area.end - self.height).max(area.start);
    }
}

/// The tops in px of labels of some middles and heights, which must be in the order of their middles.
///
/// They stay within `area` if it is as long as all of them together.
pub(super) fn spread(labels: &[(f64, f64)], area: Range<f64>) -> Vec<f64> {
    let mut blocks: Vec<Block> = Vec::new();
    for &(middle, height) in labels {
        let wanted = middle - height / 2.0;
        let mut block = Block {
            top: wanted,
            height,
            labels: 1,
            wanted,
        };
        block.settle(&area);
        while let Some(above) = blocks.pop_if(|above| above.top + above.height > block.top) {
            block = Block {
                top: above.top,
                height: above.height + block.height,
                labels: above.labels + block.labels,
                wanted: above.wanted + block.wanted - above.height * block.labels as f64,
            };
            block.settle(&area);
        }
        blocks.push(block);
    }
    let mut heights = labels.iter().map(|(_, height)| *height);
    let mut tops = Vec::with_capacity(labels.len());
    for block in blocks {
        let mut top = block.top;
        for height in heights.by_ref().take(block.labels) {
            tops.push(top);
            top += height;
        }
    }
    tops
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_with_room_stay_and_crowded_ones_share_it() {
        assert_eq!(
            spread(&[(10.0, 10.0), (50.0, 10.0)], 0.0..100.0),
            [5.0, 45.0]
        );
        assert_eq!(
            spread(&[(50.0, 10.0), (50.0, 20.0), (50.0, 10.0)], 0.0..100.0),
            [30.0, 40.0, 60.0]
        );
        assert_eq!(spread(&[], 0.0..1.0), Vec::<f64>::new());
    }

    #[test]
    fn labels_never_overlap_or_leave_the_area() {
        for seed in 1..200_usize {
            let mut labels: Vec<(f64, f64)> = (0..10)
                .map(|index| {
                    let middle = (index * seed * 7919 % 1000) as f64 / 5.0;
                    (middle, 10.0 + (index * seed % 3) as f64 * 5.0)
                })
                .collect();
            labels.sort_by(|one, other| one.0.total_cmp(&other.0));
            let tops = spread(&labels, 0.0..200.0);
            for (index, top) in tops.iter().enumerate() {
                let bottom = top + labels[index].1;
                let next = tops.get(index + 1).copied().unwrap_or(200.0);
                assert!(*top >= -1e-9 && bottom <= next + 1e-9, "{seed}: {tops:?}");
            }
        }
    }
}
