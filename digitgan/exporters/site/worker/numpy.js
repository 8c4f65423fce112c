// Arithmetic as NumPy does it.

export const float32 = Math.fround;

/** Round to the nearest whole number, halves to the even one. */
export function rint(value) {
  const whole = Math.round(value);
  return whole - value === 0.5 && whole % 2 ? whole - 1 : whole;
}

export const clip = (value, low, high) => Math.min(Math.max(value, low), high);
export const tangent = (degrees) => Math.tan((degrees * Math.PI) / 180);
export const sum = (values) => values.reduce((total, value) => total + value, 0);
export const range = (n) => Array.from({ length: n }, (_, i) => i);

/** Return the number that 16 bits stand for. */
export function float16(bits) {
  const [exponent, fraction] = [(bits >> 10) & 31, bits & 1023];
  const magnitude = exponent ? 2 ** (exponent - 15) * (1 + fraction / 1024) : fraction * 2 ** -24;
  return bits >> 15 ? -magnitude : magnitude;
}
