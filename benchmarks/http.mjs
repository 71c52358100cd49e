// Deposits over HTTP by wrk, against a running host: node benchmarks/http.mjs. It needs wrk (https://github.com/wg/wrk) and an operator's
// password in WALLETGRAINS_OPERATOR_PASSWORD. All load is one user's from one address, so start the host with its rate limits out of the way:
//   RateLimits__PerAddress=1000000 RateLimits__PerUser=1000000 RateLimits__PerWallet=1000000 ./run
//   --wallets 10000 --connections 128 --seconds 10 (45 with --overload) --warmup 20 --url http://127.0.0.1:8080
// More connections than the host takes requests at a time (Overload__ConcurrentRequests and Overload__QueuedRequests) are an overload: --overload says that
// refusals are expected, which are 429 and nothing else. What is left of the deposits is the goodput; whoever is refused asks again at once, which no honest
// client does. The connections are opened within the measured time, which is longer then: with ten thousand of them, that takes a second and more.
//   --rate 90000   an open loop of so many a second, by wrk2 (https://github.com/giltene/wrk2), which calls itself wrk too
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
    options: {
        url: { type: 'string', default: 'http://127.0.0.1:8080' },
        wallets: { type: 'string', default: '10000' },
        connections: { type: 'string', default: '128' },
        seconds: { type: 'string' },
        warmup: { type: 'string', default: '20' },
        overload: { type: 'boolean', default: false },
        rate: { type: 'string' },
    },
});

async function call(method, path, body, token) {
    const response = await fetch(values.url + path, {
        method,
        headers: { ...(body && { 'Content-Type': 'application/json' }), ...(token && { Authorization: `Bearer ${token}` }) },
        body: body && JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return await response.json();
}

const signIn = async () => (await call('POST', '/auth/login', { email: 'operator@walletgrains.local', password: process.env.WALLETGRAINS_OPERATOR_PASSWORD })).accessToken;

async function inTurn(ids, width, work) {
    const left = [...ids];
    await Promise.all(Array.from({ length: width }, async () => {
        for (let id = left.pop(); id !== undefined; id = left.pop()) await work(id);
    }));
}

const token = await signIn();
const wallets = [];
await inTurn(Array(Number(values.wallets)).keys(), 64, async () => wallets.push((await call('POST', '/wallets', { currency: 'NGN' }, token)).id));

// Tells refusals from other answers that are none. Not without --overload, where there may be neither: wrk would pay for it with each answer.
const countFailed = `
function response(status)
    if status ~= 200 and status ~= 429 then failed = failed + 1 end
end`;

const folder = mkdtempSync(join(tmpdir(), 'walletgrains-http-'));
const script = join(folder, 'deposit.lua');
writeFileSync(script, `
local wallets = {${wallets.map(id => `"${id}"`).join(',')}}
local threads = {}
function setup(thread)
    table.insert(threads, thread)
    thread:set("number", #threads)
end
function init()
    math.randomseed(number)
    run = "${randomUUID().slice(0, 8)}-" .. os.time() .. "-" .. number .. "-"
    sent = 0
    failed = 0
end
function request()
    sent = sent + 1
    local body = '{"amount":1.00,"requestId":"' .. run .. sent .. '"}'
    return "POST /wallet/" .. wallets[math.random(#wallets)] .. "/deposit HTTP/1.1\\r\\nHost: ${new URL(values.url).host}\\r\\nAuthorization: Bearer ${token}\\r\\nContent-Type: application/json\\r\\nContent-Length: " .. #body .. "\\r\\n\\r\\n" .. body
end
${values.overload ? countFailed : ''}
function done(summary, latency)
    local failed = 0
    for _, thread in ipairs(threads) do
        failed = failed + thread:get("failed")
    end
    print(string.format("RESULT %d %d %d %d %d", summary.requests, summary.errors.status, failed, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout, summary.duration))
end
`);

function load(seconds) {
    // Who was refused may pause for many seconds before its next answer.
    const options = ['--threads', '2', '--connections', values.connections, '--duration', `${seconds}s`, '--timeout', '60s', '--latency', '--script', script];
    const output = execFileSync('wrk', [...options, ...(values.rate ? ['--rate', values.rate] : []), values.url], { encoding: 'utf8' });
    const [answered, refused, failed, broken, microseconds] = /RESULT (\d+) (\d+) (\d+) (\d+) (\d+)/.exec(output).slice(1).map(Number);
    const percentile = part => new RegExp(`^\\s+${part}(?:\\.000)?%\\s+(\\S+)`, 'm').exec(output)[1];
    // A refusal takes next to no time, and is in the percentiles.
    const latency = refused > 0 ? 'no percentiles' : `p50 ${percentile(50)}, p99 ${percentile(99)}`;
    return { answered, refused, failed, broken, perSecond: count => Math.round(count * 1e6 / microseconds), latency };
}

try {
    const warmUp = load(values.warmup);
    const measured = load(values.seconds ?? (values.overload ? 45 : 10));
    console.log(`${measured.perSecond(measured.answered - measured.refused)} deposits/s over ${values.connections} connections, refused ${measured.perSecond(measured.refused)}/s, ${measured.latency}; failed ${warmUp.failed + measured.failed}, connections broken ${measured.broken}`);

    // Every answer is in a balance, and besides them only what was under way when wrk stopped.
    let deposited = 0;
    await inTurn(wallets, 64, async id => {
        const { balance } = await call('GET', `/wallet/${id}`, undefined, token);
        deposited += balance;
    });
    const acknowledged = warmUp.answered + measured.answered - warmUp.refused - measured.refused;
    const underWay = deposited - acknowledged;
    console.log(`acknowledged ${acknowledged}, in the balances ${deposited}`);
    if (underWay < 0 || underWay > 2 * Number(values.connections) || (measured.refused > 0 && !values.overload) || warmUp.failed + measured.failed > 0 || measured.broken > 0) process.exitCode = 1;
} finally {
    rmSync(folder, { recursive: true });
}
