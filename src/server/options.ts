// The settings of this room in trunkline.yaml: `listen`, `hosts`, `limits.bodyBytes`, `drainMs`.
import { z } from "zod";

export const listenOptions = z
  .string()
  .regex(/^(\[[0-9a-fA-F:]+\]|[^\s:]+):\d{1,5}$/, 'an address looks like "127.0.0.1:4100"')
  .refine((value) => !(Number(value.slice(value.lastIndexOf(":") + 1)) > 65_535), "a port is at most 65535");

export const hostOptions = z.array(z.string().min(1)).max(100);

export const defaultBodyBytes = 32 * 1024 * 1024;
export const bodyBytesOptions = z
  .int()
  .min(1_024)
  .max(1024 * 1024 * 1024);

export const defaultDrainMs = 30_000;
export const drainOptions = z.int().min(0).max(3_600_000);

export interface Address {
  readonly host: string;
  readonly port: number;
}

export function parseAddress(listen: string): Address {
  const colon = listen.lastIndexOf(":");
  return { host: listen.slice(0, colon).replace(/^\[|\]$/g, ""), port: Number(listen.slice(colon + 1)) };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
