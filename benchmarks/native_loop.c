/* One update at every step of a GRU, window 1, as one writes it in C: cc -O3 -march=native -ffast-math. */
#include <math.h>
#include <stddef.h>

#define H 16
#define P (3 * H + 3 * H * H + 6 * H + H + 1)

static float w[P], m[P], v[P], g[P], h[H];
static long count;

/* Weights in the order of Keras: kernel (1, 3 H), recurrent kernel (H, 3 H), bias (2, 3 H), readout (H), bias. */
void set(const float *weights) {
    for (int p = 0; p < P; p++) w[p] = weights[p], m[p] = v[p] = 0;
    for (int i = 0; i < H; i++) h[i] = 0;
    count = 0;
}

void learn(const float *x, const float *y, float *losses, long steps, float rate, float epsilon) {
    const float b1 = 0.9f, b2 = 0.999f;
    float *kernel = w, *recurrent = w + 3 * H, *bias = recurrent + 3 * H * H, *readout = bias + 6 * H;
    float *gk = g, *gr = g + 3 * H, *gb = gr + 3 * H * H, *go = gb + 6 * H;
    double p1 = pow(b1, count), p2 = pow(b2, count);
    for (long t = 0; t < steps; t++) {
        float a[3 * H], u[3 * H], z[H], r[H], n[H], next[H], da[3 * H], du[3 * H];
        for (int c = 0; c < 3 * H; c++) a[c] = x[t] * kernel[c] + bias[c], u[c] = bias[3 * H + c];
        for (int f = 0; f < H; f++)
            for (int c = 0; c < 3 * H; c++) u[c] += h[f] * recurrent[f * 3 * H + c];
        float output = readout[H];
        for (int i = 0; i < H; i++) {
            z[i] = 1 / (1 + expf(-a[i] - u[i]));
            r[i] = 1 / (1 + expf(-a[H + i] - u[H + i]));
            n[i] = tanhf(a[2 * H + i] + r[i] * u[2 * H + i]);
            next[i] = n[i] + z[i] * (h[i] - n[i]);
        }
        for (int i = 0; i < H; i++) output += next[i] * readout[i];
        float error = output - y[t];
        losses[t] = error * error;
        for (int i = 0; i < H; i++) {
            float q = 2 * error * readout[i], dn = q * (1 - z[i]) * (1 - n[i] * n[i]);
            go[i] = 2 * error * next[i];
            da[i] = du[i] = q * (h[i] - n[i]) * z[i] * (1 - z[i]);
            da[H + i] = du[H + i] = dn * u[2 * H + i] * r[i] * (1 - r[i]);
            da[2 * H + i] = dn, du[2 * H + i] = dn * r[i];
        }
        go[H] = 2 * error;
        for (int c = 0; c < 3 * H; c++) gk[c] = x[t] * da[c], gb[c] = da[c], gb[3 * H + c] = du[c];
        for (int f = 0; f < H; f++)
            for (int c = 0; c < 3 * H; c++) gr[f * 3 * H + c] = h[f] * du[c];
        p1 *= b1, p2 *= b2;
        float corrected = rate * sqrt(1 - p2) / (1 - p1);
        for (int p = 0; p < P; p++) {
            m[p] += (1 - b1) * (g[p] - m[p]);
            v[p] += (1 - b2) * (g[p] * g[p] - v[p]);
            w[p] -= corrected * m[p] / (sqrtf(v[p]) + epsilon);
        }
        for (int i = 0; i < H; i++) h[i] = next[i];
    }
    count += steps;
}
