// Synchronized playback of several videos: the shortest one leads, the others follow within a frame.
const PLAY = 'M7 5v14l12-7z', PAUSE = 'M6 5h4v14H6zM14 5h4v14h-4z';
const MAX_DRIFT = 0.6;  // frames; a video that drifts farther from the leader is seeked to its time

const find = selector => element.querySelector(selector);
const videos = () => props.ids.map(id => document.querySelector(`#${id} video`)).filter(video => video?.duration > 0);
const leader = () => videos().reduce((a, b) => (a && a.duration <= b.duration ? a : b), null);
const fps = () => Number(find('[data-fps]')?.dataset.fps) || 8;

let isPlaying = false, isSeeking = false, shown = null;

function play(on) {
  isPlaying = on;
  const button = find('[data-do=play]');
  button.setAttribute('aria-pressed', on);
  button.setAttribute('aria-label', on ? 'Pause' : 'Play');
  button.querySelector('path').setAttribute('d', on ? PAUSE : PLAY);
  for (const video of videos()) {
    video.muted = video !== document.querySelector(`#${props.ids.at(-1)} video`);
    video.playbackRate = Number(find('select').value);
    on ? video.play().catch(() => { video.muted = true; video.play().catch(() => {}); }) : video.pause();
  }
}

function seek(time) {
  for (const video of videos()) video.currentTime = Math.max(0, Math.min(time, video.duration - 0.001));
}

function step(frames) {
  const lead = leader();
  if (!lead) return;
  play(false);
  seek((Math.floor(lead.currentTime * fps() + 0.001) + frames + 0.5) / fps());
}

element.addEventListener('click', event => {
  const action = event.target.closest('[data-do]')?.dataset.do;
  if (action === 'play') play(!isPlaying);
  if (action === 'previous') step(-1);
  if (action === 'next') step(1);
});
element.addEventListener('input', event => {
  const lead = leader();
  if (event.target.type !== 'range' || !lead) return;
  isSeeking = true;
  seek(event.target.value / 1000 * lead.duration);
});
element.addEventListener('change', event => {
  if (event.target.type === 'range') isSeeking = false;
  else for (const video of videos()) video.playbackRate = Number(event.target.value);
});

function follow() {
  if (!element.isConnected) return;
  const lead = leader();
  if (lead) {
    if (isPlaying && (lead.ended || lead.currentTime > lead.duration - 0.02)) { seek(0); play(true); }
    for (const video of isPlaying ? videos() : []) {
      if (video !== lead && Math.abs(video.currentTime - lead.currentTime) > MAX_DRIFT / fps()) video.currentTime = lead.currentTime;
    }
    if (lead.currentTime !== shown) show(lead);
  }
  requestAnimationFrame(follow);
}

function show(lead) {  // called for new times only: each change repaints the page
  shown = lead.currentTime;
  if (!isSeeking) find('input').value = Math.round(1000 * lead.currentTime / lead.duration);
  find('output').textContent = `${lead.currentTime.toFixed(2)} of ${lead.duration.toFixed(2)} s`;
}
follow();
document.documentElement.dataset.ready = 'yes';
