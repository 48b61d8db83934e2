//! Draws landscapes: the same seed gives the same picture, on every machine.
//!
//! All arithmetic is in whole numbers, for the last digit of a sine differs between machines.

use image::codecs::jpeg::JpegEncoder;
use image::{Rgb, RgbImage};

const QUALITY: u8 = 85;
const LONGEST: u32 = 4096;
/// One, in the fixed-point numbers used here.
const ONE: i64 = 1024;
const LAYERS: usize = 5;
const LAST: i64 = 5;

type Colour = [i64; 3];

/// Sky above, sky at the horizon, the farthest hill, the nearest hill, the sun.
type Palette = [Colour; 5];

const PALETTES: [Palette; 6] = [
    // A clear morning, a warm evening, autumn, the first light, a desert, a cold bay.
    [[92, 158, 214], [222, 236, 240], [148, 182, 190], [34, 84, 70], [255, 250, 226]],
    [[74, 66, 128], [250, 178, 120], [190, 118, 124], [46, 32, 62], [255, 226, 160]],
    [[148, 186, 200], [248, 228, 190], [206, 158, 108], [108, 46, 30], [255, 244, 210]],
    [[42, 62, 110], [238, 196, 206], [136, 128, 170], [22, 34, 62], [255, 236, 236]],
    [[96, 176, 190], [252, 226, 180], [226, 164, 110], [122, 62, 48], [255, 248, 220]],
    [[104, 132, 150], [226, 230, 224], [138, 160, 162], [26, 58, 72], [250, 250, 240]],
];

/// A JPEG file of a drawn landscape; sides are brought to between 1 and 4096 pixels.
///
/// ```
/// let file = gigline_media::drawn(42, 320, 200);
/// assert_eq!(file, gigline_media::drawn(42, 320, 200));
/// assert_ne!(file, gigline_media::drawn(43, 320, 200));
/// ```
pub fn drawn(seed: u64, width: u32, height: u32) -> Vec<u8> {
    let (width, height) = (width.clamp(1, LONGEST), height.clamp(1, LONGEST));
    let scene = Scene::new(seed, i64::from(width), i64::from(height));
    let ridges: Vec<_> = (0..i64::from(width)).map(|x| scene.ridges(x)).collect();
    let mut picture = RgbImage::new(width, height);
    for (row, y) in picture.rows_mut().zip(0..) {
        for ((pixel, ridges), x) in row.zip(&ridges).zip(0..) {
            *pixel = Rgb(scene.colour(ridges, x, y).map(channel));
        }
    }
    let mut file = Vec::new();
    let written = picture.write_with_encoder(JpegEncoder::new_with_quality(&mut file, QUALITY));
    debug_assert!(written.is_ok(), "these sizes and colours are always taken");
    file
}

/// Where the things stand, in pixels.
struct Scene {
    seed: u64,
    width: i64,
    height: i64,
    palette: Palette,
    horizon: i64,
    sun: (i64, i64),
    radius: i64,
}

impl Scene {
    fn new(seed: u64, width: i64, height: i64) -> Self {
        let pick = |salt: i64, from: i64, to: i64| from + (to - from) * random(seed, salt) / ONE;
        let palette = usize::try_from(random(seed, -1)).unwrap_or(0) % PALETTES.len();
        let horizon = height * pick(-2, 420, 600) / ONE;
        Self {
            seed,
            width,
            height,
            palette: PALETTES.get(palette).copied().unwrap_or_default(),
            horizon,
            sun: (width * pick(-3, 150, 870) / ONE, horizon * pick(-4, 250, 900) / ONE),
            radius: (width.min(height) * pick(-5, 50, 110) / ONE).max(1),
        }
    }

    /// For each layer of hills, from the farthest to the nearest, the height where it begins at `x`.
    fn ridges(&self, x: i64) -> [i64; LAYERS] {
        let mut layer = 0;
        [(); LAYERS].map(|()| {
            layer += 1;
            let nearness = layer * ONE / LAST;
            let base = self.horizon + (self.height - self.horizon) * (layer - 1) * 4 / (LAST * 5);
            // The farther, the more jagged and the higher: mountains behind, meadows in front.
            let swing = self.height * (1400 - nearness) / (ONE * 6);
            let stretch = ONE * (7 - layer) * x / self.width.max(1);
            base - swing * (self.noise(layer, stretch) - ONE / 3) / ONE
        })
    }

    /// Smooth noise from 0 to `ONE`: three octaves, each of half the size.
    fn noise(&self, layer: i64, at: i64) -> i64 {
        let octave = |times: i64| {
            let (cell, within) = ((at * times).div_euclid(ONE), (at * times).rem_euclid(ONE));
            let point = |cell: i64| random(self.seed, layer * 1_000_003 + times * 10_007 + cell);
            let ease = within * within / ONE * (3 * ONE - 2 * within) / ONE;
            mix(point(cell), point(cell + 1), ease)
        };
        (octave(1) * 4 + octave(2) * 2 + octave(5)) / 7
    }

    fn colour(&self, ridges: &[i64; LAYERS], x: i64, y: i64) -> Colour {
        let [zenith, haze, far, near, sun] = self.palette;
        let layers = (1..=LAST).zip(ridges);
        let Some((layer, ridge)) = layers.filter(|(_, ridge)| y >= **ridge).last() else {
            let sky = blend(zenith, haze, (y * ONE / self.horizon.max(1)).min(ONE));
            return blend(sky, sun, self.sunshine(x, y));
        };
        let nearness = (layer - 1) * ONE / (LAST - 1);
        // Mist lies in the valleys between two layers.
        let depth = ((y - ridge) * 3 * ONE / self.height.max(1)).min(ONE / 3);
        blend(blend(far, near, nearness), haze, depth * (ONE - nearness) / ONE)
    }

    /// How much of the sun shows: the disc itself, and a glow that fades over five times its size.
    fn sunshine(&self, x: i64, y: i64) -> i64 {
        let squared = (x - self.sun.0).pow(2) + (y - self.sun.1).pow(2);
        let disc = self.radius.pow(2);
        let edge = disc / 8 + self.radius;
        let inside = ((disc - squared) * ONE / edge).clamp(0, ONE);
        let glow = (ONE - squared * ONE / (disc * 25)).clamp(0, ONE);
        inside.max(glow * glow / ONE / 2)
    }
}

fn mix(a: i64, b: i64, part: i64) -> i64 {
    a + (b - a) * part / ONE
}

fn blend(a: Colour, b: Colour, part: i64) -> Colour {
    let ([r, g, b0], [r2, g2, b2]) = (a, b);
    [mix(r, r2, part), mix(g, g2, part), mix(b0, b2, part)]
}

fn channel(value: i64) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(u8::MAX)
}

/// From 0 to below `ONE`, the same for the same two numbers (the mixing steps of `SplitMix64`).
fn random(seed: u64, salt: i64) -> i64 {
    let mut word = seed.wrapping_add(salt.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15));
    word = (word ^ (word >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    i64::try_from((word ^ (word >> 31)) >> 54).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_size_gives_a_picture_of_that_size() {
        for (width, height) in [(1, 1), (1, 300), (300, 1), (64, 48), (0, 0)] {
            let picture = image::load_from_memory(&drawn(3, width, height)).unwrap();
            assert_eq!((picture.width(), picture.height()), (width.max(1), height.max(1)));
        }
    }

    #[test]
    fn seeds_give_different_pictures_with_many_colours() {
        let pictures: std::collections::HashSet<_> = (0..40).map(|seed| drawn(seed, 60, 40)).collect();
        assert_eq!(pictures.len(), 40);
        let picture = image::load_from_memory(&drawn(u64::MAX, 200, 150)).unwrap().into_rgb8();
        let colours: std::collections::HashSet<_> = picture.pixels().map(|pixel| pixel.0).collect();
        assert!(colours.len() > 100, "{}", colours.len());
    }
}
