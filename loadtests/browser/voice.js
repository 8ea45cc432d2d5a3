// A microphone that says what it is told, when it is told: Chromium's own plays its file from the moment it is opened.
// Injected before the page's scripts. The camera, the permissions and the recorder stay the browser's.
(() => {
  // An empty page has no devices.
  if (!navigator.mediaDevices) return;
  const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  let context, voice;

  function prepare() {
    context ??= new AudioContext({ sampleRate: 48000 });
    voice ??= context.createGain();
    return context.resume();
  }

  navigator.mediaDevices.getUserMedia = async (wanted) => {
    const stream = await open(wanted);
    const [device] = stream.getAudioTracks();
    if (!device) return stream;
    await prepare();
    const microphone = context.createMediaStreamDestination();
    voice.connect(microphone);
    // Room noise, as every room has it: digital silence would be a microphone that is switched off.
    const noise = context.createBuffer(1, 48000, 48000);
    noise.getChannelData(0).forEach((_, at, samples) => (samples[at] = (Math.random() - 0.5) * 0.002));
    const room = new AudioBufferSourceNode(context, { buffer: noise, loop: true });
    room.connect(microphone);
    room.start();
    const [track] = microphone.stream.getAudioTracks();
    const stop = track.stop.bind(track);
    track.stop = () => (stop(), device.stop(), room.stop());
    stream.removeTrack(device);
    stream.addTrack(track);
    return stream;
  };

  // file: a sound file in base64. Resolves when it was said.
  globalThis.parleySay = async (file) => {
    await prepare();
    const bytes = Uint8Array.from(atob(file), (character) => character.charCodeAt(0));
    const buffer = await context.decodeAudioData(bytes.buffer);
    const source = new AudioBufferSourceNode(context, { buffer });
    source.connect(voice);
    source.start();
    await new Promise((resolve) => (source.onended = resolve));
  };
})();
