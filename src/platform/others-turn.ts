// Lets others on the same thread have a turn in the middle of long work. All objects of a server without Cloudflare share one.

export const othersTurn = () => new Promise<void>((resolve) => setTimeout(resolve));
