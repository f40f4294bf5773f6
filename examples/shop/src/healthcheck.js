// What Docker asks every now and then. The image needs neither curl nor wget for it.
const answer = await fetch(`http://127.0.0.1:${process.env.PORT ?? 3000}/health`).catch(() => undefined)
process.exit(answer?.ok ? 0 : 1)
